/**
 * Gives this process the environment of an AWS client, and nothing of the machine's own: every `AWS_` variable that is
 * not named is taken away.
 * @returns puts everything back
 */
export function setAwsEnvironment(environment: Readonly<Record<string, string | undefined>>): () => void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) process.env[name] = value;
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  };
}
