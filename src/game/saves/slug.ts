/** File names of saves: made from titles, never paths, and fit for every file system. */
import { AppError } from "../../shared/errors.ts";
import { toOneLine } from "../../shared/text.ts";

/** Most characters of a slug. */
const MAX_SLUG_CHARACTERS = 60;

/** Names Windows keeps for devices, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/** `The Salt Road!` -> `the-salt-road`; `adventure` when nothing is left, `save-con` for a reserved name. */
export function deriveSlug(title: string): string {
  const slug = title
    .normalize("NFKD")
    .replace(/\p{M}|['\u2019]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_SLUG_CHARACTERS - 10)
    .replace(/^-+|-+$/g, "");
  if (slug === "") return "adventure";
  return RESERVED.test(slug) ? `save-${slug}` : slug;
}

/** The slug for the n-th adventure of the same name: `the-salt-road`, `the-salt-road-2`, ... */
export function numberSlug(base: string, count: number): string {
  return count <= 1 ? base : `${base}-${count}`;
}

/** Whether this can be the name of a save. */
export function isSlug(name: string): boolean {
  return (
    name.length <= MAX_SLUG_CHARACTERS && /^[a-z0-9]+(?:-+[a-z0-9]+)*$/.test(name) && !RESERVED.test(name)
  );
}

/** The slug a player means. Throws `save.name` for paths and for names without letters or digits. */
export function parseSaveName(name: string): string {
  const clean = toOneLine(name);
  if (/[/\\\0]|^\.\.?$|^[a-z]:/i.test(name) || !/[a-z0-9]/i.test(clean.normalize("NFKD"))) {
    throw new AppError("save.name", `"${clean.slice(0, 60)}" cannot be the name of a save.`, {
      hint: "Use letters, digits and spaces; a save is always kept in the saves folder.",
    });
  }
  return deriveSlug(clean);
}
