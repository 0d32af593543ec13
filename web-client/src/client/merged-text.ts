// Merges one text that was changed in two tabs. Pure function.

/**
 * Merges two versions of a text. `base` is their last common version. Keeps everything that either tab wrote. Text that one tab sent or deleted is
 * not restored.
 */
export function merged(base: string, mine: string, theirs: string): string {
  if (theirs === base || mine === theirs) return mine
  if (mine === base) return theirs
  if (mine.startsWith(base)) return joined(theirs, mine.slice(base.length))
  if (theirs.startsWith(base)) return joined(mine, theirs.slice(base.length))
  return joined(theirs, mine)
}

function joined(first: string, second: string): string {
  return first === '' ? second.trimStart() : second.trim() === '' ? first : `${first.trimEnd()}\n\n${second.trimStart()}`
}
