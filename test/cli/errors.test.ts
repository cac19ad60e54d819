import { expect, test } from 'vitest';
import { BoundExceeded, KernelMissing } from '../../src/als/index.ts';
import { failed, lineOf } from '../../src/cli/errors.ts';

test.for([
  [new KernelMissing(new URL('file:///dist/kernel/als.wasm')), 'KERNEL_MISSING', 'npm run build:kernel'],
  [new BoundExceeded('Row 3 has a singular system', 'Raise the regularisation'), 'BOUND_EXCEEDED', 'Raise the'],
] as const)(
  'what the model refuses is told with its code and its remedy, and no stack: %s',
  ([error, code, remedy]) => {
    const failure = failed(error);
    if (failure === undefined) throw new Error('It is a failure');
    expect(failure).toMatchObject({ code, exitCode: 1 });
    expect(failure.remedy).toContain(remedy);
    expect(lineOf(failure)).toBe(`millrace: ${code}: ${error.message}`);
  },
);

test('an error that quotes what somebody sent is one line that steers no terminal', () => {
  const failure = { code: 'BAD', message: "'\u001b[2J\u009b31m' is\nno time", remedy: '', exitCode: 1 } as const;
  expect(lineOf(failure)).toBe("millrace: BAD: '\\u001b[2J\\u009b31m' is | no time");
});
