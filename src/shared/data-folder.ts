/** Where the program keeps the player's data, by the system's custom. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * $BRASSLAMP_HOME if it is set; else `brasslamp` in %LOCALAPPDATA% (Windows), ~/Library/Application Support (macOS), or
 * $XDG_DATA_HOME, by default ~/.local/share (XDG Base Directory Specification 0.8).
 */
export function dataFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return env.BRASSLAMP_HOME || join(systemFolder(env, platform), "brasslamp");
}

function systemFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "win32") return env.LOCALAPPDATA || join(homedir(), "AppData", "Local");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support");
  const xdg = env.XDG_DATA_HOME;
  return xdg && isAbsolute(xdg) ? xdg : join(homedir(), ".local", "share");
}
