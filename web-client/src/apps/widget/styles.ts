// Adds the style sheets that a lazily loaded part carries in its script.

export function addStyles(...sheets: readonly string[]): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(sheets.join(''))
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
