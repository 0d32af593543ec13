// The Markdown parser and the styles for its output. Loaded when a message first needs them.

import rich from '../../ui/styles/rich.css?inline'
import { addStyles } from './styles.ts'

export { renderMarkdown } from '../../ui/markdown.tsx'

addStyles(rich)
