// The page of the loop: draws its charts.

import { start } from "../design/charts.js";

start();
