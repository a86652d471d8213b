/** What to do about a vulnerable package of a language. */
export interface LanguageAdvice {
  /** What it is, e.g. `an npm package`. */
  readonly what: string;
  /** What to do, a clause that follows "to fix it,". */
  readonly remedy: string;
  /** Documentation of the tool that the remedy names. */
  readonly source: string;
}

const NPM: LanguageAdvice = {
  what: 'an npm package',
  remedy:
    'raise it in package.json and package-lock.json (npm audit fix) and rebuild the application; where it is part of npm itself (…/node_modules/npm/…), take a newer Node.js image',
  source: 'https://docs.npmjs.com/cli/commands/npm-audit',
};
const PIP: LanguageAdvice = {
  what: 'a Python package',
  remedy:
    'raise it in the requirements or lock file and rebuild the application; where it is pip, setuptools or wheel, take a newer Python image',
  source: 'https://pip.pypa.io/en/stable/user_guide/#requirements-files',
};
const GEM: LanguageAdvice = {
  what: 'a Ruby gem',
  remedy: 'run "bundle update --conservative <gem>" and rebuild the application; a default gem comes with a newer Ruby',
  source: 'https://bundler.io/man/bundle-update.1.html',
};
const GO: LanguageAdvice = {
  what: 'compiled into a Go binary',
  remedy:
    'rebuild the program with the fixed module ("go get <module>@<version>"), or, where it is "stdlib" or "go", with a newer Go release: a compiled binary cannot be patched',
  source: 'https://go.dev/doc/modules/managing-dependencies',
};
const JAR: LanguageAdvice = {
  what: 'a Java archive',
  remedy:
    'raise the version in pom.xml or the Gradle build and rebuild the application; a jar inside a jar comes with its outer one',
  source: 'https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html',
};
const CARGO: LanguageAdvice = {
  what: 'a Rust crate',
  remedy: 'run "cargo update -p <crate>" and rebuild the program: a compiled binary cannot be patched',
  source: 'https://doc.rust-lang.org/cargo/commands/cargo-update.html',
};
const COMPOSER: LanguageAdvice = {
  what: 'a PHP package',
  remedy: 'run "composer update <package>" and rebuild the application',
  source: 'https://getcomposer.org/doc/03-cli.md#update-u',
};
const NUGET: LanguageAdvice = {
  what: 'a .NET package',
  remedy: 'raise the PackageReference and rebuild the application; the runtime itself comes with a newer .NET image',
  source: 'https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files',
};

/** Where nothing is known of the package manager. */
const OTHER: LanguageAdvice = {
  what: 'a package of a language',
  remedy: 'raise it where the application declares it, and rebuild the application',
  source: 'https://docs.aws.amazon.com/inspector/latest/user/supported.html',
};

/**
 * By the scanner's package manager, upper case: Inspector's enum (botocore, inspector2, PackageManager) and values seen
 * beyond it.
 */
const ADVICE: ReadonlyMap<string, LanguageAdvice> = new Map([
  ['NPM', NPM],
  ['NODEPKG', NPM],
  ['YARN', NPM],
  ['PNPM', NPM],
  ['PIP', PIP],
  ['PIPENV', PIP],
  ['POETRY', PIP],
  ['PYTHONPKG', PIP],
  ['PYTHON', PIP],
  ['BUNDLER', GEM],
  ['GEMSPEC', GEM],
  ['GEM', GEM],
  ['GOBINARY', GO],
  ['GOMOD', GO],
  ['GO', GO],
  ['JAR', JAR],
  ['JAVA', JAR],
  ['POM', JAR],
  ['GRADLE', JAR],
  ['CARGO', CARGO],
  ['RUSTBINARY', CARGO],
  ['COMPOSER', COMPOSER],
  ['NUGET', NUGET],
  ['DOTNET_CORE', NUGET],
]);

/** The advice for a package manager that is not the operating system's; a general one where it is not known. */
export function languageAdvice(packageManager: string): LanguageAdvice {
  return ADVICE.get(packageManager.toUpperCase()) ?? OTHER;
}
