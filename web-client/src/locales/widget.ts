// Texts for the widget. This file is loaded with the widget and adds its strings to the common table.

import en from './en/widget.json'
import { addStrings, type Table } from './index.ts'

addStrings('widget', en, import.meta.glob<Table>(['./*/widget.json', '!./en/*.json'], { import: 'default' }))
