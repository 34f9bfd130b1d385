/** Reads "the small brass lamp" at the beginning of a text, and knows which nouns are things, places, doors and people. */

export interface NounPhrase {
  /** Without its article: "small brass lamp". */
  readonly name: string;
  /** Its last word. */
  readonly head: string;
  /** What follows it. */
  readonly rest: string;
}

const ARTICLE = /^(?:the|a|an|your|his|her|their|its|one|two|three|four|some|this|that)\s+/i;
/** Words that end a noun phrase. */
const STOP =
  /^(?:about|above|across|after|against|along|among|around|at|away|back|behind|beside|between|beyond|by|down|for|from|hard|in|inside|into|is|are|has|it|near|of|off|on|onto|open|opens|out|over|past|shut|shuts|swings|slams|clicks|creaks|closes|locks|that|there|through|to|toward|towards|under|until|up|upon|where|which|while|who|with|within|again|first|too|now|here|home|together|apart|deep|high|low|tight|close|far|carefully|quickly|slowly|gently|lies|falls|drops|dies|was|takes|gives|hands|down|and)$/i;
const MOST_WORDS = 3;

/** The noun phrase at the beginning of `text`, or undefined when there is none or it is too long to be sure. */
export function readNounPhrase(text: string): NounPhrase | undefined {
  const article = ARTICLE.exec(text)?.[0];
  if (article === undefined) return undefined;
  const words = text.slice(article.length).split(/\s+/);
  const stop = words.findIndex((word) => STOP.test(word));
  const own = stop < 0 ? words : words.slice(0, stop);
  if (own.length === 0 || own.length > MOST_WORDS || own.some((word) => !/^[\p{L}-]+$/u.test(word)))
    return undefined;
  return { name: own.join(" "), head: own.at(-1)!.toLowerCase(), rest: words.slice(own.length).join(" ") };
}

const list = (words: string) => new Set(words.trim().split(/\s+/));

/** Nouns that can be taken or given without being carried. */
const NO_THINGS = list(`
  advantage aim air ankle answer arm arms back bait bath bed bench bite blame blow body boat bow boy branch breath bridge
  bus cab captain car cat cave chair chance charge child chin collar corner count courage cover cow crew crowd dance day
  deal direction dive dog donkey door doors drink ear edge elbow elevator end exit eye eyes face fare ferry fight finger
  fingers floor foot friend gate gift girl glance goat grin guard guess hair half hand handle hands head heart helm hint
  hold hood horse hour house hug idea inch job joke kiss knee knob ladder lead leap ledge leg legs lever lift line lot
  man measure message minute mistake moment mouthful name nap neck nod nudge oar oars oath offer order others part passage
  path pause person photo picture pill pills pity place point pole position post promise pulse push question rail railing
  rat reins rest ride right risk road robot role room rope route run scruff seat second seconds shape share sheep shelter
  shock shortcut shot shoulder shoulders shove shower side sign skirt skirts signal sip sir sleeve smell smile sort spot stage stair
  stairs stance stand start step steps stool street sum swim swing table tail taste taxi temperature test thing things
  throat thumbs-up ticket tiller time toll tour track trail train tram trip trouble tunnel turn view voice vow walk wall
  warning watch way weight wheel whole window wink woman word words work world wrist year years
  medicine mouthful mouthfuls handful top bottom half soup tea coffee water wine beer air dinner supper breakfast lunch
  left look looks other first last next same few more bull mule ox pony camel bird crow hen duck baby`);
const PLACES = list(`
  alley apartment archive arena attic attics bakery ballroom bank bar barn barracks basement bathroom bay beach bedroom
  boathouse bookshop bunker cabin cabins cafe camp canteen carriage castle catacombs cathedral cave cavern cell cellar
  cemetery chamber chapel church clearing cloister cockpit compartment corridor cottage courtyard crypt dining-room dock
  dome dungeon elevator factory farmhouse field fields forest fort foundry galley garage garden gardens graveyard
  greenhouse grove gym hall hallway harbor hospital hotel house hut inn island jungle kitchen laboratory lab laundry
  library lighthouse lobby loft market marketplace meadow mill mine monastery morgue museum nave nursery office orchard
  palace pantry park parlor passage pier prison pub quarry ravine restaurant room ruins saloon school shed ship shop
  shrine square stable stables station storeroom store street studio study swamp tavern temple tent theater theatre tomb
  tower town treasury tunnel valley vault vestry village warehouse workshop wood woods yard`);
const DOORS = list(
  "door doors gate gates hatch trapdoor window shutter chest drawer safe cupboard cabinet cage",
);
const BEINGS = list(`
  abbot assassin baker bandit baron bear beast bishop boy brother butcher captain cook count countess dragon driver duke
  emperor farmer general ghoul giant girl goblin governor guard hunter innkeeper judge king knight lord man mayor
  merchant miller monk monster mother father ogre orc pilot pirate priest prince princess prisoner queen
  robber sailor sergeant serpent shepherd sheriff sister smith snake sorcerer soldier spider spy squire stranger thief
  troll vampire warden watchman witch wizard wolf woman`);

export const isThing = (head: string) =>
  !NO_THINGS.has(head) && !PLACES.has(head) && !DOORS.has(head) && !BEINGS.has(head);
export const isPlace = (head: string) => PLACES.has(head);
export const isDoor = (head: string) => DOORS.has(head);
export const isBeing = (head: string) => BEINGS.has(head);
