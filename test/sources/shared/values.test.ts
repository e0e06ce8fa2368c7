import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readId, readInt, readMilliseconds, readTags, readText } from '../../../src/sources/shared/values.ts';

// The rules of each reader, said once more in another language.

const orNull = <Value>(value: Value | undefined | null | '') =>
  value === undefined || value === '' ? null : value;
const RULES = {
  text: [readText, z.string().nullish().transform(orNull)],
  id: [
    readId,
    z
      .union([z.string(), z.int(), z.bigint()])
      .nullish()
      .transform((value) => orNull(value === null || value === undefined ? null : String(value))),
  ],
  int: [
    readInt,
    z
      .union([
        z.int(),
        z
          .string()
          .regex(/^\d{1,15}$/)
          .transform(Number),
      ])
      .refine((value) => value === (value | 0))
      .nullish()
      .transform((value) => value ?? null),
  ],
  milliseconds: [
    readMilliseconds,
    z
      .number()
      .min(0)
      .transform(Math.round)
      .refine(Number.isSafeInteger)
      .nullish()
      .transform((value) => value ?? null),
  ],
  tags: [
    readTags,
    z
      .union([z.string().transform((value) => value.split(',')), z.array(z.string())])
      .nullish()
      .transform((value) => (value ?? []).map((tag) => tag.trim()).filter((tag) => tag !== '')),
  ],
} as const;

const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    0.5,
    -0.4,
    2 ** 31,
    -(2 ** 31),
    2 ** 31 - 1,
    2 ** 53,
    2 ** 53 - 1,
    Infinity,
    Number.NaN,
  ),
);
const text = fc.oneof(
  fc.string(),
  fc.integer({ min: -9, max: 2 ** 33 }).map(String),
  fc.constantFrom('', ' ', ',', 'a, b', '007', '000000000000000', '0000000000000001'),
);
const value = fc.oneof(
  number,
  text,
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.array(fc.oneof(text, number, fc.constant(null)), { maxLength: 4 }),
  fc.array(text, { maxLength: 4 }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
);

test.each(Object.entries(RULES))(
  '%s: a value is read by its rule, or its type is refused',
  (_name, [read, rule]) => {
    fc.assert(
      fc.property(value, (given) => {
        const parsed = rule.safeParse(given);
        expect(read(given)).toEqual(parsed.success ? parsed.data : undefined);
      }),
      { numRuns: 5_000 },
    );
  },
);
