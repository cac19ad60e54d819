// What deploy/bicep needs of the program: node scripts/bicep.ts generate|check
import { checkDefinitions, generateApi, generateDefinitions, Outdated } from '../deploy/bicep/generated.ts';

async function generate(): Promise<number> {
  await generateDefinitions();
  await generateApi();
  return 0;
}

async function check(): Promise<number> {
  try {
    await checkDefinitions();
    return 0;
  } catch (error) {
    if (!(error instanceof Outdated)) throw error;
    console.error(error.message);
    return 1;
  }
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
process.exitCode = command === undefined ? 2 : await command();
