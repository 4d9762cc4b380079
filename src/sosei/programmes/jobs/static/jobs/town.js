// The town's overview of seasonal work: draws its chart.

import { start } from "../design/charts.js";

start();
