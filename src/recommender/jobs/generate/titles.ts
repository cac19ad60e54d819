/** Titles of films that do not exist. */

const adjectives = ['Silent', 'Last', 'Golden', 'Hidden', 'Crooked', 'Distant', 'Second', 'Paper', 'Winter', 'Hollow'];
const nouns = new Map([
  ['Drama', ['Orchard', 'Letter', 'Promise', 'Harvest', 'Quarrel', 'Inheritance']],
  ['Comedy', ['Wedding', 'Landlord', 'Parrot', 'Picnic', 'Impostor', 'Cousin']],
  ['Thriller', ['Witness', 'Corridor', 'Alibi', 'Signal', 'Passenger', 'Vault']],
  ['Romance', ['Summer', 'Balcony', 'Waltz', 'Ferry', 'Kiss', 'Garden']],
  ['Action', ['Convoy', 'Outpost', 'Pursuit', 'Squadron', 'Bridge', 'Ambush']],
  ['Horror', ['Cellar', 'Lighthouse', 'Whisper', 'Doll', 'Marsh', 'Attic']],
  ['Science Fiction', ['Orbit', 'Colony', 'Machine', 'Comet', 'Memory', 'Station']],
  ['Documentary', ['River', 'Market', 'Glacier', 'Choir', 'Kitchen', 'Migration']],
]);
const places = ['Ashford', 'the North', 'Mill Lane', 'Lisbon', 'the Valley', 'Harbour Street', 'Tallinn', 'the Island'];

/** Every genre that there are words for. */
export const genres: readonly string[] = [...nouns.keys()];

/** One that is not taken yet; takes it. Where all short ones of the genre are, a number tells them apart. */
export function titleOf(genre: string, random: () => number, taken: Set<string>): string {
  const one = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? '';
  const short = `The ${one(adjectives)} ${one(nouns.get(genre) ?? ['Film'])}`;
  const long = `${short} of ${one(places)}`;
  const title = [short, long].find(free => !taken.has(free)) ?? numbered(long, taken);
  taken.add(title);
  return title;
}

function numbered(title: string, taken: ReadonlySet<string>): string {
  let number = 2;
  while (taken.has(`${title} ${number}`)) number++;
  return `${title} ${number}`;
}
