// Redirects from paths of earlier versions.

/** Old path to new path, both below the console's path. */
const MOVED: Readonly<Record<string, string>> = { replies: 'settings/saved-replies', hours: 'settings/opening-hours', team: 'settings/team' }

/** The new path of `place`; null if it has not moved. */
export function movedTo(place: string): string | null {
  return Object.hasOwn(MOVED, place) ? (MOVED[place] ?? null) : null
}
