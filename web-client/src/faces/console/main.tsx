import '../../strings/team.ts'
import '../../ui/styles/base.css'
import '../../ui/styles/console.css'
import { createRouter } from '../../app/router.ts'
import { prepareMarkdown } from '../../ui/body.tsx'
import { bringUp } from '../../ui/root.tsx'
import { ConsolePage } from './page.tsx'

const container = document.getElementById('app')
if (container !== null) {
  prepareMarkdown()
  bringUp({ container, themed: document.documentElement, origin: location.origin, router: createRouter('/admin/support'), ownsTab: true }, { title: 'app.console', face: ConsolePage })
}
