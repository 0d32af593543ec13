// Removes Markdown formatting from the beginning of a message, for a one-line preview. Pure.

const START = /^(?:\s*(?:>|#{1,6}(?=\s)))+\s*/
/**
 * Matches code, links, bold, strikethrough and italics (but no underscores within a word). Also matches formatting whose end is missing
 * because the text was cut off.
 */
const MARKS = /(`+)(?!`)(.+?)(?<!`)\1(?!`)|!?\[([^\]]+)\]\((?:[^\s)]*\)|https?:[^\s)]*$)|(\*\*|(?<![\p{L}\p{N}_])__|~~)(?=\S)(.*?\S)\4(?!(?<=__)[\p{L}\p{N}])|(?<![\p{L}\p{N}*_])([*_])(?=[^\s*_])(.*?[^\s*_])\6(?![\p{L}\p{N}])|(?<=^|\s)(?:`+|\*\*|__)(?=\S)/gu

export function withoutMarkdown(snippet: string): string {
  return inner(snippet.replace(START, ''))
}

function inner(text: string): string {
  return text.replace(MARKS, (_all, _ticks, code?: string, link?: string, _mark?: string, strong?: string, _sign?: string, light?: string) => code?.trim() ?? inner(link ?? strong ?? light ?? ''))
}
