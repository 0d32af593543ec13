// Texts for the support page. This file is loaded by that page and adds its strings to the common table.

import en from './en/support.json'
import { addStrings, type Table } from './index.ts'

addStrings('support', en, import.meta.glob<Table>(['./*/support.json', '!./en/*.json'], { import: 'default' }))
