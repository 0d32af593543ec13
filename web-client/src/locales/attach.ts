// Texts for the buttons to choose files. This file is loaded with them and adds its strings to the common table.

import en from './en/attach.json'
import { addStrings, type Table } from './index.ts'

addStrings('attach', en, import.meta.glob<Table>(['./*/attach.json', '!./en/*.json'], { import: 'default' }))
