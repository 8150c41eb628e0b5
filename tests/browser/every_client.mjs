// Every client that we serve does what it was made for, with its page at the edge's own origin and at another origin of the site.

import { CROSS_ORIGIN, SAME_ORIGIN, rows } from './support/rows.mjs';
import { visitAll } from './support/visit.mjs';

await visitAll(rows(SAME_ORIGIN, CROSS_ORIGIN));
