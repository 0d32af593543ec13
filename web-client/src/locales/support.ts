// Loaded by the support page: joins its own sentences to those of every page.

import en from './en/support.json'
import { addStrings, type Table } from './index.ts'

addStrings('support', en, import.meta.glob<Table>(['./*/support.json', '!./en/*.json'], { import: 'default' }))
