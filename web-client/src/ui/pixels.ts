/** Converts all `rem` lengths in a style sheet to pixels. Used in a host page, whose root font size must not change the app. */
export function inPixels(css: string): string {
  return css.replace(/(\d*\.?\d+)rem\b/g, (_whole, n: string) => `${Number(n) * 16}px`)
}
