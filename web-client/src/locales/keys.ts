// Loaded with the list of the console's keyboard shortcuts: adds its sentences to the common ones.

import en from './en/keys.json'
import { addStrings, type Table } from './index.ts'

addStrings('keys', en, import.meta.glob<Table>(['./*/keys.json', '!./en/*.json'], { import: 'default' }))
