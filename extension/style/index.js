import "./index.css";
import "./trace.css";
import "./side-panel.css";
import "./network.css";
