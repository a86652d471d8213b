import { asUpdates } from '../../adapters/aws/signal-as-update';

it('a put that makes the parameter anew is made once more, so that the rule hears of an Update', async () => {
  const puts: string[] = [];
  const signal = asUpdates({
    get: async () => await Promise.resolve({ value: 'x', version: puts.length }),
    put: async (image, value) => await Promise.resolve({ version: puts.push(`${image} ${value}`) }),
  });
  expect(await signal.put('a', 'one')).toEqual({ version: 2 });
  expect(puts).toEqual(['a one', 'a one']);
  expect(await signal.put('a', 'two')).toEqual({ version: 3 });
  expect(puts).toHaveLength(3);
  expect(await signal.get('a')).toEqual({ value: 'x', version: 3 });
});
