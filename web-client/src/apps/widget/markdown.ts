// The Markdown parser and the styles for its output. This file is loaded when a message first needs the parser.

import rich from '../../ui/styles/rich.css?inline'
import { addStyles } from './styles.ts'

export { renderMarkdown } from '../../ui/markdown.tsx'

addStyles(rich)
