import '../../locales/team.ts'
import '../../ui/styles/base.css'
import '../../ui/styles/typeface.css'
import '../../ui/styles/console.css'
import { createRouter } from '../../client/router.ts'
import { prepareMarkdown } from '../../ui/body.tsx'
import { mountApp } from '../../ui/mount-app.tsx'
import { ConsolePage } from './page.tsx'

const container = document.getElementById('app')
if (container !== null) {
  prepareMarkdown()
  mountApp({ container, themed: document.documentElement, origin: location.origin, router: createRouter('/admin/support'), ownsTab: true }, { title: 'app.console', app: ConsolePage })
}
