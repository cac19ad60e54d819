/** Certificates of an authority of the test's own, in PEM. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from './programs.ts';

export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as Kafka wants them. */
  readonly store: string;
}

/** `names` as in `subjectAltName`: `DNS:broker.test,IP:127.0.0.1`. All files lie in the folder. */
export async function certificates(folder: string, name: string, names: string): Promise<Certificates> {
  const file = (what: string): string => join(folder, what);
  const [ca, caKey] = [file('ca.pem'), file('ca.key')];
  const [certificate, key, store] = [file(`${name}.pem`), file(`${name}.key`), file(`${name}.store.pem`)];
  const [request, extensions] = [file(`${name}.csr`), file(`${name}.ext`)];
  await authority(ca, caKey);
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  const asked = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request];
  await succeed('openssl', 'req', ...asked, ...subject(name));
  const sign = ['-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extensions];
  await succeed('openssl', 'x509', '-req', ...sign, '-out', certificate);
  writeFileSync(store, `${readFileSync(key, 'utf8')}${readFileSync(certificate, 'utf8')}`);
  return { ca, certificate, key, store };
}

/** Made once a folder: what it signs belongs together. */
async function authority(ca: string, key: string): Promise<void> {
  if (existsSync(ca)) return;
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', ca];
  await succeed('openssl', ...made, ...subject('millrace-tests'));
}

const subject = (name: string): string[] => ['-subj', `/CN=${name}`];
