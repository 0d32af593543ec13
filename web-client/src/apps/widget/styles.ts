// Style sheets of parts that are fetched later: they come in the part's own script.

export function addStyles(...sheets: readonly string[]): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(sheets.join(''))
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
