/**
 * What the environment says about characters and colours. Pure: the caller passes the environment in.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the locale's character set is UTF-8, after POSIX: LC_ALL before LC_CTYPE before LANG, empty is unset. */
export function isUtf8Locale(environment: Environment): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  return /utf-?8/i.test(locale);
}

/** Whether colours are wanted: NO_COLOR unset or empty (https://no-color.org) and TERM not `dumb`. */
export function isColourWanted(environment: Environment): boolean {
  return (environment.NO_COLOR ?? "") === "" && environment.TERM !== "dumb";
}
