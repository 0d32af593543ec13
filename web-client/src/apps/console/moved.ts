// Redirects for paths that earlier versions of the console used.

/** Maps each old path to its new path. Both are below the console's own path. */
const MOVED: Readonly<Record<string, string>> = { replies: 'settings/saved-replies', hours: 'settings/opening-hours', team: 'settings/team' }

/** Returns the new path of `place`, or null if `place` is not an old path. */
export function movedTo(place: string): string | null {
  return Object.hasOwn(MOVED, place) ? (MOVED[place] ?? null) : null
}
