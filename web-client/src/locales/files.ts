// Texts for attaching and showing files. This file is loaded with the first part that needs it and adds its strings to the common table.

import en from './en/files.json'
import { addStrings, type Table } from './index.ts'

addStrings('files', en, import.meta.glob<Table>(['./*/files.json', '!./en/*.json'], { import: 'default' }))
