import { emulatorEnvironment } from '../../../scripts/emulator/emulator-environment';

/** Account number that moto answers with. */
export const TEST_ACCOUNT = '123456789012';
/** Region of the tests. */
export const TEST_REGION = 'eu-central-1';

/** Variables under which SDK clients talk to an emulator, in the tests' region. */
export function awsEnvironment(endpoint: string): Readonly<Record<string, string>> {
  return emulatorEnvironment(endpoint, TEST_REGION);
}

/** Sets variables of this process. @returns a function that puts back what was there */
export function withEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
}
