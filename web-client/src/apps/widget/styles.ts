// Adds style sheets to the document. A lazily loaded part of the widget has its style sheets as strings in its script.

export function addStyles(...sheets: readonly string[]): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(sheets.join(''))
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
