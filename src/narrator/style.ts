/**
 * From what a player or an author asked for to what the sampler chain needs: presets and dials by the names that players
 * type. Trusts nothing: a save may come from another version of the game.
 */
import type { NarrationStyle, StyleCatalog } from "../game/ports.ts";
import {
  DIAL_NAMES,
  DIALS,
  type DialName,
  parseSettings,
  type SamplingSettings,
  unknownDial,
} from "./sampling/dials.ts";
import { PRESETS } from "./settings.ts";

const DIAL_OF: ReadonlyMap<string, DialName> = new Map(DIAL_NAMES.map((name) => [toKebab(name), name]));
const DEFAULT_PRESET = "steady";

/** What can be set, for the game to show and check. */
export const STYLES: StyleCatalog = {
  defaultPreset: DEFAULT_PRESET,
  presets: Object.fromEntries(Object.entries(PRESETS).map(([name, preset]) => [name, toNamed(preset)])),
  dials: DIAL_NAMES.map((dial) => {
    const { least, most, isWhole, help } = DIALS[dial];
    return { name: toKebab(dial), least, most, isWhole, help };
  }),
};

/**
 * The settings of a style; the default preset without one.
 * Throws `option.unknown` for a preset or dial that does not exist, `option.outOfRange` for a value that is not allowed.
 */
export function settingsOf({
  preset = DEFAULT_PRESET,
  dials = {},
}: Partial<NarrationStyle> = {}): SamplingSettings {
  if (!Object.hasOwn(PRESETS, preset)) throw unknownDial(preset, Object.keys(PRESETS));
  const changes = Object.entries(dials).map(([name, value]) => {
    const dial = DIAL_OF.get(name);
    if (dial === undefined) throw unknownDial(name, [...DIAL_OF.keys()]);
    return [dial, value];
  });
  return parseSettings({ ...PRESETS[preset as keyof typeof PRESETS], ...Object.fromEntries(changes) });
}

function toNamed(settings: SamplingSettings): Record<string, number> {
  return Object.fromEntries(DIAL_NAMES.map((name) => [toKebab(name), settings[name]]));
}

/** `topP` as players type it: `top-p`. */
function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
