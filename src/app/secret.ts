/** Settings that nobody may see: keys, passwords, and what contains them. */
import { z } from 'zod';

/** Marks a setting as one whose value is shown nowhere: not by `doctor`, not in an error; and no flag sets it. */
export const secret = <S extends z.ZodType>(schema: S): S => schema.meta({ ...schema.meta(), secret: true });

/** A setting whose value may hold a key: what is shown of it says where it leads, and no more. */
export const urlWithKey = <S extends z.ZodType>(schema: S): S => schema.meta({ ...schema.meta(), urlWithKey: true });

/** Whether the schema, or what it makes optional or gives a default, is marked. */
export const isSecret = (schema: z.ZodType): boolean => isMarked(schema, 'secret');

/** Whether its value may hold a key. */
export const hasKey = (schema: z.ZodType): boolean => isMarked(schema, 'urlWithKey');

/** The value of a setting as anybody may see it. */
export function shown(schema: z.ZodType, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (isSecret(schema)) return '***';
  return hasKey(schema) ? withoutKey(value) : value;
}

const withoutKey = (value: unknown): string =>
  String(value)
    .replace(/(?<=:\/\/)[^/]*@/, '***@')
    .replace(/[?#].*$/s, '?***');

function isMarked(schema: z.ZodType, mark: 'secret' | 'urlWithKey'): boolean {
  if (schema.meta()?.[mark] === true) return true;
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)) return false;
  const inner = schema.unwrap();
  return inner instanceof z.ZodType && isMarked(inner, mark);
}
