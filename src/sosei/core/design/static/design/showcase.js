// Draws the sample chart of the page of components.

import { start } from "./charts.js";

start();
