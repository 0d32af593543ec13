// Loaded with the widget: joins its sentences to the common ones.

import en from './en/widget.json'
import { addStrings } from './index.ts'

addStrings('widget', en)
