// Old scripts reach for Java classes, which are not here: say so, and what to use.
module.exports = {
  type(name) {
    throw new Error("Java classes are not available in scripts (" + name + "): use require('moment') for dates");
  },
  from: (list) => Array.from(list),
};
