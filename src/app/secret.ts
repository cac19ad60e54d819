/** Settings that nobody may see: keys, passwords, and what contains them. */
import { z } from 'zod';

/** What is shown of a secret. */
const hidden = '***';

/** Marks a setting as one whose value is shown nowhere: not by `doctor`, not in an error; and no flag sets it. */
export const secret = <S extends z.ZodType>(schema: S): S => schema.meta({ ...schema.meta(), secret: true });

/** Whether the schema, or what it makes optional or gives a default, is marked. */
export function isSecret(schema: z.ZodType): boolean {
  if (schema.meta()?.['secret'] === true) return true;
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)) return false;
  const inner = schema.unwrap();
  return inner instanceof z.ZodType && isSecret(inner);
}

/** The value of a setting as anybody may see it. */
export const shown = (schema: z.ZodType, value: unknown): unknown =>
  value !== undefined && isSecret(schema) ? hidden : value;
