(module $A)
(module $A)
