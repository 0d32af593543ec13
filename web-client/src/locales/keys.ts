// Loaded with what names the console's keys: joins its sentences to the common ones.

import en from './en/keys.json'
import { addStrings, type Table } from './index.ts'

addStrings('keys', en, import.meta.glob<Table>(['./*/keys.json', '!./en/*.json'], { import: 'default' }))
