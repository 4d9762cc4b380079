// The town's overview of its spaces: draws its chart.

import { start } from "../design/charts.js";

start();
