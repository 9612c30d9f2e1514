// The script of every page. It only removes reloads: each thing it does, a link or a form of the page does too.
import { takeOver } from './desk.ts'
import { lines } from './lines.ts'
import { readPage } from './page.ts'
import { rail } from './rail.ts'
import { suggest } from './suggest.ts'

const page = readPage(document)
if (page) takeOver(page)
rail()
lines()
suggest()
