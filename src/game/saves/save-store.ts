/**
 * The player's adventures on disk: one lowdb database per adventure, `<slug>.json` in one folder, with an adapter of our
 * own that never leaves half a file. Two programs on one save, damaged files and full disks lose nobody's turns.
 * Format: docs/formats/save.md.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Adapter, Low } from "lowdb";
import { AppError, messageOf, systemCodeOf } from "../../shared/errors.ts";
import { findNearest } from "../../shared/nearest.ts";
import type { Adventure } from "../adventure.ts";
import { pathOf } from "../story-tree.ts";
import {
  createFile,
  exists,
  moveAside,
  readSaveStart,
  readSaveText,
  removeLeftovers,
  replaceFile,
  requireWritable,
  restoreBackup,
} from "./save-file.ts";
import { parseSave, parseSaveHead, SAVE_KIND, SAVE_VERSION, type SaveFile } from "./schema.ts";
import { deriveSlug, isSlug, numberSlug, parseSaveName } from "./slug.ts";

/** A save in a list, newest first. `problem` stands on those that cannot be loaded. */
export type SaveEntry = { readonly slug: string } & (
  | { readonly kind: "save"; readonly title: string; readonly turns: number; readonly updatedAt: string }
  | { readonly kind: "broken"; readonly problem: AppError }
);

/** `notice` tells the player that the backup was used. */
export interface LoadedSave {
  readonly slug: string;
  readonly adventure: Adventure;
  readonly notice?: string;
}

/** lowdb adapter of one file; reading checks, writing replaces whole files. */
class SaveFileAdapter implements Adapter<SaveFile> {
  private readonly path: string;
  private readonly slug: string;

  constructor(path: string, slug: string) {
    this.path = path;
    this.slug = slug;
  }

  async read(): Promise<SaveFile | null> {
    const text = await readSaveText(this.path);
    return text === undefined ? null : parseSave(text, this.slug);
  }

  async write(data: SaveFile): Promise<void> {
    await replaceFile(this.path, serialise(data));
  }
}

/** All saves of one folder; the folder is made at the first write. */
export class SaveStore {
  readonly folder: string;
  /** Databases of the adventures read or written so far; `data.revision` is what we last saw on disk. */
  private readonly databases = new Map<string, Low<SaveFile>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder, so that a game does not begin that cannot be kept. Throws `save.unwritable`. */
  async requireWritable(): Promise<void> {
    await requireWritable(this.folder);
  }

  /** File of a save. Throws `save.name` for anything that is no slug. */
  pathOf(slug: string): string {
    if (!isSlug(slug)) parseSaveName(slug);
    if (!isSlug(slug)) throw new AppError("save.name", `"${slug.slice(0, 60)}" is not the name of a save.`);
    return join(this.folder, `${slug}.json`);
  }

  /** Every save, newest first, broken ones last. Only titles and counts are read, so that it is quick. */
  async list(): Promise<readonly SaveEntry[]> {
    const entries = await Promise.all((await this.slugs()).map((slug) => this.entryOf(slug)));
    return entries.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)) || a.slug.localeCompare(b.slug));
  }

  /** The slug of a save by slug or title. Throws `save.unknown` or `save.name`. */
  async find(name: string): Promise<string> {
    const slug = parseSaveName(name);
    const slugs = await this.slugs();
    if (slugs.includes(slug)) return slug;
    const entries = await this.list();
    const wanted = name.trim().toLowerCase();
    const titled = entries.find((entry) => entry.kind === "save" && entry.title.toLowerCase() === wanted);
    if (titled !== undefined) return titled.slug;
    const near = findNearest(slug, slugs);
    throw new AppError("save.unknown", `There is no save "${name.slice(0, 60)}".`, {
      hint: near === undefined ? "List them with /load, or: brasslamp saves" : `Did you mean "${near}"?`,
    });
  }

  /**
   * Reads a save. A damaged file gives way to its good backup and is kept as `.corrupt-<n>`. Throws `save.unknown`,
   * `save.corrupt` (nothing changed on disk), `save.version`, `save.unreadable`, `save.name`.
   */
  async load(slug: string): Promise<LoadedSave> {
    const path = this.pathOf(slug);
    await removeLeftovers(this.folder).catch(ignoreFailedTidying);
    try {
      const data = await this.readDatabase(slug);
      if (data !== undefined) return { slug, adventure: toAdventure(data) };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "save.corrupt") throw error;
      return this.loadBackup(slug, error);
    }
    if (await exists(`${path}.bak`)) return this.loadBackup(slug, undefined);
    throw new AppError("save.unknown", `There is no save "${slug}".`, {
      hint: "List them with /load, or: brasslamp saves",
    });
  }

  /**
   * Writes a new save under a fresh slug made from the title, and gives the slug.
   * Throws `save.unwritable` or `save.write`.
   */
  async create(adventure: Adventure): Promise<string> {
    const base = deriveSlug(adventure.title);
    for (let count = 1; ; count++) {
      const slug = numberSlug(base, count);
      if (await this.tryCreate(slug, adventure)) return slug;
    }
  }

  /** Writes a new save under exactly this name. Throws `save.exists`, `save.name`, `save.unwritable`, `save.write`. */
  async createNamed(name: string, adventure: Adventure): Promise<string> {
    const slug = parseSaveName(name);
    if (await this.tryCreate(slug, adventure)) return slug;
    throw new AppError("save.exists", `There is a save "${slug}" already.`, { hint: "Choose another name." });
  }

  /**
   * Writes the next revision and gives the slug: another one when the file was changed by somebody else since we last
   * read or wrote it. Throws `save.unwritable` or `save.write`; the file is then as it was.
   */
  async write(slug: string, adventure: Adventure): Promise<string> {
    const database = this.databases.get(slug);
    const seen = await this.revisionOnDisk(slug);
    if (database === undefined || (seen !== undefined && seen !== database.data.revision)) {
      return this.create(adventure);
    }
    const previous = database.data;
    database.data = toSaveFile(adventure, previous.revision + 1);
    try {
      await database.write();
    } catch (error) {
      database.data = previous;
      throw error;
    }
    return slug;
  }

  private async tryCreate(slug: string, adventure: Adventure): Promise<boolean> {
    const path = this.pathOf(slug);
    const data = toSaveFile(adventure, 1);
    if (await exists(`${path}.bak`).catch(() => false)) return false;
    if (!(await createFile(path, serialise(data)))) return false;
    const database = this.openDatabase(slug);
    database.data = data;
    this.databases.set(slug, database);
    return true;
  }

  private openDatabase(slug: string): Low<SaveFile> {
    return new Low<SaveFile>(new SaveFileAdapter(this.pathOf(slug), slug), NOTHING_READ);
  }

  /** Reads a file and remembers its revision; `undefined` when there is no file. */
  private async readDatabase(slug: string): Promise<SaveFile | undefined> {
    const database = this.openDatabase(slug);
    await database.read();
    if (database.data === NOTHING_READ) return undefined;
    this.databases.set(slug, database);
    return database.data;
  }

  /** `damage` is what is wrong with the file itself, if it is there; it is thrown when the backup is no better. */
  private async loadBackup(slug: string, damage: AppError | undefined): Promise<LoadedSave> {
    const path = this.pathOf(slug);
    const backup = await readSaveText(`${path}.bak`).catch(() => undefined);
    if (backup === undefined && damage !== undefined) throw damage;
    const adventure = toAdventure(parseBackup(backup ?? "", slug, damage));
    let kept = "";
    try {
      if (damage !== undefined) kept = ` The damaged file is kept as ${await moveAside(path)}.`;
      await restoreBackup(path);
    } catch (error) {
      kept = ` The damaged file could not be moved aside (${messageOf(error)}).`;
    }
    // when even this fails the next write finds a strange file and takes a fresh slug
    await this.readDatabase(slug).catch(() => this.databases.delete(slug));
    const notice = `The save "${slug}" was damaged, so this is its backup: the last turn may be missing.${kept}`;
    return { slug, adventure, notice };
  }

  private async slugs(): Promise<string[]> {
    let names: string[];
    try {
      names = await readdir(this.folder);
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return [];
      throw new AppError("save.unreadable", `The folder ${this.folder} cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
    const slugs = names.flatMap((name) => /^(.+)\.json(?:\.bak)?$/.exec(name)?.[1] ?? []);
    return [...new Set(slugs)].filter(isSlug);
  }

  private async entryOf(slug: string): Promise<SaveEntry> {
    const path = this.pathOf(slug);
    try {
      const text = (await readSaveText(path)) ?? (await readSaveText(`${path}.bak`)) ?? "";
      const { title, turns, updatedAt } = parseSaveHead(text, slug);
      return { kind: "save", slug, title, turns, updatedAt };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { kind: "broken", slug, problem: error };
    }
  }

  /** `undefined` when there is no file; -1 when there is one that is not readable as a save. */
  private async revisionOnDisk(slug: string): Promise<number | undefined> {
    const path = this.pathOf(slug);
    // we write the revision into the first line; a file laid out otherwise was edited by somebody
    const start = await readSaveStart(path, 256);
    if (start === undefined) return undefined;
    return Number(
      /^\{\s*"kind":\s*"brasslamp\.save",\s*"version":\s*1,\s*"revision":\s*(\d+),/.exec(start)?.[1] ?? -1,
    );
  }
}

/** lowdb wants data before the first read; this one is never written. */
const NOTHING_READ = Object.freeze({ revision: 0 }) as SaveFile;

function parseBackup(text: string, slug: string, damage: AppError | undefined): SaveFile {
  try {
    return parseSave(text, slug);
  } catch (error) {
    throw damage ?? error;
  }
}

function serialise(data: SaveFile): string {
  return `${JSON.stringify(data, null, 1)}\n`;
}

/** Short fields first: lists and the revision check look at the beginning only. */
function toSaveFile(adventure: Adventure, revision: number): SaveFile {
  const { title, createdAt, updatedAt, tree, ...rest } = adventure;
  const turns = pathOf(tree).length;
  const head = {
    kind: SAVE_KIND,
    version: SAVE_VERSION,
    revision,
    title,
    turns,
    createdAt,
    updatedAt,
  } as const;
  return { ...head, ...rest, tree };
}

function toAdventure({
  kind: _kind,
  version: _version,
  revision: _revision,
  turns: _turns,
  ...rest
}: SaveFile): Adventure {
  return rest;
}

function timeOf(entry: SaveEntry): string {
  return entry.kind === "save" ? entry.updatedAt : "";
}

/** Tidying must never keep anybody from playing. */
function ignoreFailedTidying(error: unknown): void {
  if (systemCodeOf(error) === undefined) throw error;
}
