/** Where the log is: in the folder `.millrace`, or at the brokers that BROKERS names. */
import { env } from 'node:process';
import type { ClientOptions } from 'millrace/log';

const brokers = env['BROKERS']?.split(',');

export const options: ClientOptions = {
  data: '.millrace',
  ...(brokers === undefined ? {} : { kafka: { brokers } }),
};
