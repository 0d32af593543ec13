// Places that stood elsewhere.

/** Addresses of earlier versions. */
const MOVED: Readonly<Record<string, string>> = { replies: 'settings/saved-replies', hours: 'settings/opening-hours', team: 'settings/team' }

/** Where a place of an earlier version stands now; null: it is none. */
export function movedTo(place: string): string | null {
  return Object.hasOwn(MOVED, place) ? (MOVED[place] ?? null) : null
}
