/**
 * How far the reader must go along, in rows, so that the first row in sight that has not moved itself stays where it is; when all of those in sight
 * and below have moved, the last one above. Pure.
 */
export function shiftOf(before: readonly string[], after: readonly string[], first: number, moved: ReadonlySet<string>): number {
  const at = new Map(after.map((id, index) => [id, index]))
  const stays = (id: string) => at.has(id) && !moved.has(id)
  const below = before.findIndex((id, index) => index >= first && stays(id))
  const anchor = below >= 0 ? below : before.slice(0, first).findLastIndex(stays)
  const id = before[anchor]
  return id === undefined ? 0 : (at.get(id) ?? anchor) - anchor
}
