// Texts for the list of the console's keyboard shortcuts. This file is loaded with that list and adds its strings to the common table.

import en from './en/keys.json'
import { addStrings, type Table } from './index.ts'

addStrings('keys', en, import.meta.glob<Table>(['./*/keys.json', '!./en/*.json'], { import: 'default' }))
