// The parser of marked-up texts with the rules for what it makes: fetched when the first text needs it.

import rich from '../../ui/styles/rich.css?inline'
import { addStyles } from './styles.ts'

export { renderMarkdown } from '../../ui/markdown.tsx'

addStyles(rich)
