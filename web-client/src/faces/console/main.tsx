import '../../ui/styles/base.css'
import '../../ui/styles/console.css'
import { mount } from '../../ui/mount.tsx'
import { ConsolePage } from './page.tsx'

mount({ base: '/admin/support', title: 'app.console', face: ConsolePage })
