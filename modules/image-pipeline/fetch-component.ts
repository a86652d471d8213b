import { quote } from '../../domain/script/quote';
import { bash, componentDocument } from './component-document';
import type { Injection } from './dockerfile';
import { FETCHED_SCRIPT } from './dockerfile';

/** What the component that fetches the script is made with. */
export interface FetchComponentProps {
  readonly injection: Injection;
  /** Path of the parameter that names the script. */
  readonly signalName: string;
  /** What a script's URI begins with, e.g. `s3://bucket/scripts/debian-12/`. */
  readonly scriptUriPrefix: string;
}

/**
 * Document of the static component (Image Builder, "Component document"): it looks up the script at build time, and takes
 * it only where its bytes hash to its name. So one component does for all patches.
 */
export function fetchComponentDocument({ injection, signalName, scriptUriPrefix }: FetchComponentProps): string {
  const signal = `{{ aws:ssm:${signalName} }}`;
  const steps = [
    {
      name: 'Fetch',
      action: 'S3Download',
      timeoutSeconds: 300,
      maxAttempts: 3,
      inputs: [{ source: signal, destination: FETCHED_SCRIPT }],
    },
    bash('Verify', verifyScript(signal, scriptUriPrefix)),
    ...(injection === 'inline' ? [bash('Patch', patchScript(), 3600)] : []),
  ];
  return componentDocument({
    name: 'golden-images-fetch',
    description: 'Fetches the patch script that the parameter names, and checks its SHA-256.',
    phase: 'build',
    steps,
  });
}

/** The parameter's text is put into the script before the shell reads it: in a quoted document nothing of it is run. */
function verifyScript(signal: string, scriptUriPrefix: string): string {
  return `set -eu
fail() {
  printf 'golden-images: %s\\n' "$1" >&2
  exit 1
}
uri=$(cat <<'GOLDEN_IMAGES_SIGNAL'
${signal}
GOLDEN_IMAGES_SIGNAL
)
prefix=${quote(scriptUriPrefix)}
case $uri in
  "$prefix"*.sh) ;;
  *) fail 'the parameter names no script of this image' ;;
esac
expected=\${uri#"$prefix"}
expected=\${expected%.sh}
case $expected in
  *[!0-9a-f]*) fail 'the name of the script is no SHA-256' ;;
esac
[ "\${#expected}" -eq 64 ] || fail 'the name of the script is no SHA-256'
actual=$(sha256sum ${FETCHED_SCRIPT})
[ "\${actual%% *}" = "$expected" ] || fail 'the script is not what its name says'
printf 'golden-images: script %s\\n' "$expected"
`;
}

function patchScript(): string {
  return `code=0
/bin/sh ${FETCHED_SCRIPT} || code=$?
rm -f ${FETCHED_SCRIPT}
exit "$code"
`;
}
