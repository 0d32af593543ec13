/**
 * Returns how many rows to scroll after a reordering, so that the first visible row that is not in `moved` (the ids of the reordered rows)
 * keeps its position. If all visible rows have moved, uses the last unmoved row above the visible rows. Pure function.
 */
export function shiftOf(before: readonly string[], after: readonly string[], first: number, moved: ReadonlySet<string>): number {
  const at = new Map(after.map((id, index) => [id, index]))
  const stays = (id: string) => at.has(id) && !moved.has(id)
  const below = before.findIndex((id, index) => index >= first && stays(id))
  const anchor = below >= 0 ? below : before.slice(0, first).findLastIndex(stays)
  const id = before[anchor]
  return id === undefined ? 0 : (at.get(id) ?? anchor) - anchor
}
