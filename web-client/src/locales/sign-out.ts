// Loaded with the question before sign-out: adds its sentences to the common ones.

import en from './en/sign-out.json'
import { addStrings, type Table } from './index.ts'

addStrings('sign-out', en, import.meta.glob<Table>(['./*/sign-out.json', '!./en/*.json'], { import: 'default' }))
