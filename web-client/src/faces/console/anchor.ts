/** How far the rows in sight stand from where they stood, in rows: as far as half of those that are still there. Pure. */
export function shiftOf(before: readonly string[], after: readonly string[], first: number, count: number): number {
  const at = new Map(after.map((id, index) => [id, index]))
  const shifts = before.slice(first, first + count).flatMap((id, index) => {
    const now = at.get(id)
    return now === undefined ? [] : [now - first - index]
  })
  // One that has moved among them must not take the others along.
  return shifts.toSorted((a, b) => a - b)[Math.floor(shifts.length / 2)] ?? 0
}
