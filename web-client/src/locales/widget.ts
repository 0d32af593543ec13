// Loaded with the widget: adds its sentences to the common ones.

import en from './en/widget.json'
import { addStrings, type Table } from './index.ts'

addStrings('widget', en, import.meta.glob<Table>(['./*/widget.json', '!./en/*.json'], { import: 'default' }))
